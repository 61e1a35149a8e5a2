/** What does not fit under the thumb of a coordinator or staff member. */
import { For, Show, type JSX } from 'solid-js'
import { Icon, type IconName } from '../parts/icon'
import { Disc, Page } from '../parts/page'
import { f } from '../boards/forms/words'
import { isStaff } from '../phone'
import { w } from '../words'

export const More = (): JSX.Element => {
  const places = (): { to: string; icon: IconName; name: string; hidden?: boolean }[] => [
    { to: '/forms', icon: 'form', name: w().nav.forms },
    { to: '/outbox', icon: 'outbox', name: w().nav.outbox },
    { to: '/reports', icon: 'table', name: w().coordinator.reports, hidden: !isStaff() },
    { to: '/broadcast', icon: 'megaphone', name: w().coordinator.broadcast },
    { to: '/boards/sync-status', icon: 'sync', name: w().staff.title },
    { to: '/boards/forms', icon: 'pencil', name: f().title, hidden: !isStaff() },
    { to: '/boards/app-passwords', icon: 'person', name: `${f().passwords}: ${f().collect.title}` },
    { to: '/sync', icon: 'info', name: w().settings.syncDetails },
    { to: '/settings', icon: 'gear', name: w().nav.settings },
  ]
  return (
    <Page title={w().nav.more}>
      <ul class="list">
        <For each={places()}>
          {(place) => (
            <Show when={!place.hidden}>
              <li>
                <a class="list-item" href={`#${place.to}`}>
                  <Disc icon={place.icon} />
                  <span class="grow title">{place.name}</span>
                  <Icon name="next" />
                </a>
              </li>
            </Show>
          )}
        </For>
      </ul>
    </Page>
  )
}
