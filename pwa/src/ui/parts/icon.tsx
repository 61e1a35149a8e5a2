/** Line icons, drawn once here. Decorative: the words beside them carry the meaning. */
import type { Component } from 'solid-js'

const PATHS = {
  home: 'M4 11.5 12 5l8 6.5V19a1 1 0 0 1-1 1h-4.5v-5.5h-5V20H5a1 1 0 0 1-1-1z',
  form: 'M7 3.5h7l4 4V20a.5.5 0 0 1-.5.5h-10A.5.5 0 0 1 7 20zM14 3.5V8h4M10 12.5h5M10 16h5',
  outbox: 'M12 14.5V4M8 8l4-4 4 4M4 13.5v5a1.5 1.5 0 0 0 1.5 1.5h13a1.5 1.5 0 0 0 1.5-1.5v-5',
  alert: 'M12 3.5c-3.4 0-5.5 2.5-5.5 5.8v3.9L5 16.5h14l-1.5-3.3V9.3c0-3.3-2.1-5.8-5.5-5.8zM10 19.5a2.1 2.1 0 0 0 4 0',
  topic: 'M5.5 4.5h13A1.5 1.5 0 0 1 20 6v9a1.5 1.5 0 0 1-1.5 1.5H11L7 20v-3.5H5.5A1.5 1.5 0 0 1 4 15V6a1.5 1.5 0 0 1 1.5-1.5zM8 9c1.3-1.2 2.7-1.2 4 0s2.7 1.2 4 0M8 12.5c1.3-1.2 2.7-1.2 4 0s2.7 1.2 4 0',
  more: 'M5 12h.01M12 12h.01M19 12h.01',
  gear: 'M5 7h9M18 7h1M5 17h1M10 17h9M16 5v4M8 15v4',
  sync: 'M19.5 11a7.5 7.5 0 0 0-13.3-3.5L4.5 9.5M4.5 5v4.5H9M4.5 13a7.5 7.5 0 0 0 13.3 3.5l1.7-2M19.5 19v-4.5H15',
  back: 'M15 5l-7 7 7 7',
  next: 'M9 5l7 7-7 7',
  check: 'M5 12.5l4.5 4.5L19 7.5',
  warn: 'M12 4 2.8 19.5h18.4zM12 10v4.5M12 17v.01',
  info: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 11v5.5M12 7.8v.01',
  clock: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 7v5.3l3.5 2',
  cross: 'M6 6l12 12M18 6 6 18',
  pencil: 'M4.5 19.5l1-4.5L16 4.5l3.5 3.5L9 18.5zM13.5 7l3.5 3.5',
  fork: 'M7 4v4c0 4 5 4 5 8v4M17 4v4c0 4-5 4-5 8',
  answer: 'M9.5 7.5 4.5 12l5 4.5M5 12h9a5.5 5.5 0 0 1 5.5 5.5v1',
  place: 'M12 21c4.5-5 6.5-8.3 6.5-11a6.5 6.5 0 0 0-13 0c0 2.7 2 6 6.5 11zM12 12.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5z',
  person: 'M12 11.5a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4.5 20.5c.8-4 3.7-6 7.5-6s6.7 2 7.5 6',
  table: 'M4 5h16v14H4zM4 10h16M4 14.5h16M10 10v9',
  plus: 'M12 5v14M5 12h14',
  file: 'M8 12.5l5.5-5.5a3 3 0 0 1 4.3 4.3l-7.5 7.5a4.6 4.6 0 0 1-6.6-6.6L11 5',
  nosignal: 'M4 20 20 4M6.5 13a8 8 0 0 1 3-2M4 9.5a12 12 0 0 1 4.5-2.7M12 6c3 0 5.8 1.2 8 3.5M15.5 12c.7.3 1.4.7 2 1.3M12 18v.01',
  lock: 'M6.5 10.5h11A1.5 1.5 0 0 1 19 12v7a1.5 1.5 0 0 1-1.5 1.5h-11A1.5 1.5 0 0 1 5 19v-7a1.5 1.5 0 0 1 1.5-1.5zM8 10.5V8a4 4 0 0 1 8 0v2.5M12 14.5v2',
  megaphone: 'M4.5 10v4h3l8 4.5v-13l-8 4.5zM18.5 9.5a3.5 3.5 0 0 1 0 5M8 14l1 5.5h2.5L10.5 15.5',
} as const

export type IconName = keyof typeof PATHS

export const Icon: Component<{ name: IconName; class?: string }> = (props) => (
  <svg class="icon" classList={{ [props.class ?? '']: !!props.class }} viewBox="0 0 24 24" aria-hidden="true">
    <path d={PATHS[props.name]} />
  </svg>
)
