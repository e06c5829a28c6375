/** Distinguishable for all common kinds of colour blindness; each has a pattern of its own as well. */
const LOOKS = [
  { light: '#0063a3', dark: '#56b4e9', dash: '' },
  { light: '#a33b00', dark: '#ff8a4c', dash: '6 3' },
  { light: '#00684d', dark: '#2fcfa2', dash: '2 2' },
  { light: '#9c2f6f', dark: '#e08fbd', dash: '8 3 2 3' },
  { light: '#5f5a00', dark: '#e8dc4a', dash: '1 3' },
] as const;

export interface LineLook {
  readonly stroke: string;
  readonly dash: string;
}

export function lineLook(index: number): LineLook {
  const { light, dark, dash } = LOOKS[index % LOOKS.length]!;
  return { stroke: `light-dark(${light}, ${dark})`, dash };
}
