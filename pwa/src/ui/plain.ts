/** Text as people type it without marks: lower case, no tones, đ as d. For searching only. */
export const plain = (text: string): string =>
  text
    .toLowerCase()
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replaceAll('đ', 'd')
    .trim()
