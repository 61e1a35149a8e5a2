/** Inclusive ranges of sequences: what was received, what is missing, what is lost. Mirror of sync/ranges.py. */

import type { Range } from './protocol'

/** Sorted, without overlap, neighbours joined; empty ranges left out. */
export function joinRanges(ranges: Iterable<Range>): Range[] {
  const joined: [number, number][] = []
  const sorted = [...ranges].filter(([first, last]) => first <= last).sort((left, right) => left[0] - right[0])
  for (const [first, last] of sorted) {
    const end = joined.at(-1)
    if (end && first <= end[1] + 1) end[1] = Math.max(end[1], last)
    else joined.push([first, last])
  }
  return joined
}

export function toRanges(sequences: Iterable<number>): Range[] {
  return joinRanges([...sequences].map((sequence) => [sequence, sequence] as const))
}

/** The parts of first..last that no range of `taken` covers. */
export function without(first: number, last: number, taken: Iterable<Range>): Range[] {
  const left: Range[] = []
  for (const [start, end] of joinRanges(taken)) {
    if (start > last) break
    if (start > first) left.push([first, start - 1])
    first = Math.max(first, end + 1)
  }
  if (first <= last) left.push([first, last])
  return left
}

export function covers(ranges: Iterable<Range>, sequence: number): boolean {
  for (const [first, last] of ranges) if (first <= sequence && sequence <= last) return true
  return false
}

/** How many sequences the ranges name (they must not overlap). */
export function count(ranges: Iterable<Range>): number {
  let sum = 0
  for (const [first, last] of ranges) sum += last - first + 1
  return sum
}
