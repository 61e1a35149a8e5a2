/** Line icons that only the renderer needs, in the hand of ui/parts/icon.tsx. Decorative: words stand beside them. */
import type { Component } from 'solid-js'

const PATHS = {
  back: 'M15 5l-7 7 7 7',
  next: 'M9 5l7 7-7 7',
  up: 'M5 15l7-7 7 7',
  down: 'M5 9l7 7 7-7',
  list: 'M9 6.5h11M9 12h11M9 17.500h11M4.500 6.500h.01M4.500 12h.01M4.500 17.500h.01',
  plus: 'M12 5v14M5 12h14',
  minus: 'M5 12h14',
  bin: 'M5 7h14M10 7V4.500h4V7M7 7l.8 12.500h8.400L17 7M10 11v5M14 11v5',
  pencil: 'M4.5 19.500l1-4.500L16 4.500l3.5 3.500L9 18.500zM13.500 7l3.500 3.500',
  search: 'M10.500 17a6.500 6.500 0 1 0 0-13 6.500 6.500 0 0 0 0 13zM15.500 15.500 20 20',
  check: 'M5 12.500l4.500 4.500L19 7.500',
  warn: 'M12 4 2.800 19.500h18.400zM12 10v4.500M12 17v.01',
  camera: 'M4 8.500h3.500L9 6h6l1.500 2.500H20V19H4zM12 16.500a3.300 3.300 0 1 0 0-6.600 3.300 3.300 0 0 0 0 6.600z',
  picture: 'M4 5h16v14H4zM4 16l4.500-4.500 3.500 3.500 3-3 5 4.500M15.500 9h.01',
  pen: 'M4 19c3-1 3-6 5.500-6s.5 5 3 5 2-3 3.500-3 1.500 2 4 2M14 4l2.500 2.500-6 6',
  microphone: 'M12 14.500a3 3 0 0 0 3-3V6.500a3 3 0 0 0-6 0v5a3 3 0 0 0 3 3zM6 11.500a6 6 0 0 0 12 0M12 17.500V21',
  stop: 'M7 7h10v10H7z',
  video: 'M4 7h11v10H4zM15 11l5-3v8l-5-3z',
  file: 'M7 3.500h7l4 4V20.500H7zM14 3.500V8h4',
  place: 'M12 21c4.500-5 6.500-8.300 6.500-11a6.500 6.500 0 0 0-13 0c0 2.700 2 6 6.500 11zM12 12.500a2.500 2.500 0 1 0 0-5 2.500 2.500 0 0 0 0 5z',
  barcode: 'M4 6v12M7.500 6v12M10 6v12M13.500 6v12M16 6v12M20 6v12',
  star: 'M12 4l2.500 5.200 5.700.8-4.100 4 1 5.700-5.100-2.700-5.100 2.700 1-5.700-4.100-4 5.700-.8z',
} as const

export type FormIconName = keyof typeof PATHS

export const FormIcon: Component<{ name: FormIconName }> = (props) => (
  <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
    <path d={PATHS[props.name]} />
  </svg>
)
