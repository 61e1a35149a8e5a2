/** Markdown and markup away: a label in a list is plain words. */
export const plain = (text: string): string =>
  text.replace(/<[^>]+>/g, '').replace(/\[([^\]]+)\]\([^)]*\)/g, '$1').replace(/(\*\*|__)(.+?)\1/g, '$2').replace(/(^|\s)[*_](\S.*?)[*_](?=\s|$)/g, '$1$2').replace(/^#+\s*/gm, '').replace(/\s+/g, ' ').trim()
