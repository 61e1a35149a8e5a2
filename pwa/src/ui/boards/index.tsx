/** The boards of coordinators and staff: one lazy chunk per board, one entry here for each. */
import { lazy, Show, type Component, type JSX } from 'solid-js'
import { Dynamic } from 'solid-js/web'
import { Empty, Page } from '../parts/page'
import { w } from '../words'

const BOARDS: Record<string, Component> = {
  'sync-status': lazy(async () => ({ default: (await import('./sync_status')).SyncStatusBoard })),
}

export const Boards = (props: { board: string }): JSX.Element => (
  <Show
    when={BOARDS[props.board]}
    fallback={
      <Page title={w().app.notFound} back="/">
        <Empty icon="info" title={w().app.notFound} />
      </Page>
    }
  >
    {(board) => <Dynamic component={board()} />}
  </Show>
)
