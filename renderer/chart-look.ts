import type { ThemeCommonVars } from 'naive-ui';
import type { Measured } from '../electron/ipc/evaluate.js';

/** Colours of a chart's tooltip; ECharts knows nothing of the theme. */
export function tooltipLook({ popoverColor, dividerColor, textColor2 }: ThemeCommonVars) {
  return {
    backgroundColor: popoverColor,
    borderColor: dividerColor,
    textStyle: { color: textColor2, fontSize: 12 },
  };
}

/** Teal, amber and purple, with a contrast of 3 or more on the surface of their theme. */
const OTHERS = { light: ['#0f766e', '#b45309', '#a21caf'], dark: ['#5ad1bd', '#f5b454', '#e59cf0'] };
const DASHES = ['solid', 'dashed', 'dotted', 'dashed'] as const;

/** Colour and dashes of a ranking's line, which tell it from the others without colour too. */
export interface LineLook {
  color: string;
  type: (typeof DASHES)[number];
}

/** How the rankings of an evaluation look: the first one is on show, the activity count is grey. */
export function rankingLines(rankings: readonly Measured[], theme: ThemeCommonVars, isDark: boolean): LineLook[] {
  const others = isDark ? OTHERS.dark : OTHERS.light;
  return rankings.map(({ rankingId }, at) => {
    if (rankingId === null) return { color: theme.textColor3, type: 'solid' };
    return {
      color: at === 0 ? theme.primaryColor : others[(at - 1) % others.length]!,
      type: DASHES[at % DASHES.length]!,
    };
  });
}
