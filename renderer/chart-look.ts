import type { ThemeCommonVars } from 'naive-ui';

/** Colours of a chart's tooltip; ECharts knows nothing of the theme. */
export function tooltipLook({ popoverColor, dividerColor, textColor2 }: ThemeCommonVars) {
  return {
    backgroundColor: popoverColor,
    borderColor: dividerColor,
    textStyle: { color: textColor2, fontSize: 12 },
  };
}
