import type { GlobalThemeOverrides } from 'naive-ui';

const shared = { fontFamily: 'var(--font)', borderRadius: '8px', borderRadiusSmall: '6px', fontSize: '14px' };

/** Rounder, a box so small would look like a radio button. Its words stay readable while it cannot be ticked. */
const Checkbox = { borderRadius: '3px', textColorDisabled: 'var(--ink-soft)' };

/** Colours of Naive UI's components, chosen for a contrast of 4.5 or more on every surface of style.css. */
export const lightTheme: GlobalThemeOverrides = {
  Checkbox,
  common: {
    ...shared,
    primaryColor: '#2f55d4',
    primaryColorHover: '#2446b8',
    primaryColorPressed: '#1d3a9c',
    primaryColorSuppl: '#2f55d4',
    textColorBase: '#1a2230',
    textColor1: '#1a2230',
    textColor2: '#1a2230',
    textColor3: '#545f70',
    placeholderColor: '#697386',
    borderColor: '#cbd2da',
  },
};

export const darkTheme: GlobalThemeOverrides = {
  Checkbox,
  common: {
    ...shared,
    primaryColor: '#8fa8ff',
    primaryColorHover: '#a9bcff',
    primaryColorPressed: '#7d97f2',
    primaryColorSuppl: '#8fa8ff',
    bodyColor: '#14171d',
    cardColor: '#1c2028',
    popoverColor: '#232831',
    textColor3: '#a3adbc',
    placeholderColor: '#98a2b3',
  },
};
