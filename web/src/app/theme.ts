import { createTheme, type MantineColorsTuple } from '@mantine/core';

const iris: MantineColorsTuple = [
  '#ECEAFB',
  '#D8D5F6',
  '#B9B3EF',
  '#978EE6',
  '#7A70DC',
  '#675BE0',
  '#5046C8',
  '#4238B4',
  '#372F95',
  '#2C2676',
];

/** Mantine as our tokens want it; its CSS variables are in `styles/mantine.css`. */
export const theme = createTheme({
  primaryColor: 'iris',
  primaryShade: { light: 6, dark: 5 },
  colors: { iris },
  defaultRadius: 12,
  fontFamily: 'var(--font)',
});
