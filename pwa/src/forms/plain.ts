/** Markdown and markup away: a label in a list is plain words. */
export const plain = (text: string): string =>
  text.replace(/<[^>]+>|\*{4}|_{4}/g, '').replace(/\[([^\]]+)\]\([^)]*\)/g, '$1').replace(/(\*\*|__)(.+?)\1/g, '$2').replace(/(^|\s)[*_](\S.*?)[*_](?=\s|$)/g, '$1$2').replace(/^#+\s*/gm, '').replace(/\s+/g, ' ').trim()

/** "Vấn đề nổi lên" -> "vấn đề nổi lên", to stand after a verb; "UBND xã" stays. */
export const inSentence = (label: string): string => (/^\p{Lu}(\p{Ll}|\s)/u.test(label) ? label.charAt(0).toLowerCase() + label.slice(1) : label)
