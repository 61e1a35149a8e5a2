/** The boards of coordinators and staff: one lazy chunk per board, one entry here for each. */
import { lazy, Show, type Component, type JSX } from 'solid-js'
import { Dynamic } from 'solid-js/web'
import { Empty, Page } from '../parts/page'
import { w } from '../words'

type Screen = Component<{ id: string }>

const BOARDS: Record<string, Screen> = {
  'sync-status': lazy(async () => ({ default: (await import('./sync_status')).SyncStatusBoard })),
  person: lazy(async () => ({ default: (await import('./person')).PersonBoard })),
  topics: lazy(async () => ({ default: (await import('./topic_list')).TopicsBoard })),
  topic: lazy(async () => ({ default: (await import('./topic')).TopicBoard })),
  answers: lazy(async () => ({ default: (await import('./answers')).AnswersBoard })),
  roster: lazy(async () => ({ default: (await import('./roster')).RosterBoard })),
  exports: lazy(async () => ({ default: (await import('./exports')).ExportsBoard })),
  forms: lazy(async () => ({ default: (await import('./forms/forms')).FormsBoard })),
  'form-upload': lazy(async () => ({ default: (await import('./forms/upload')).UploadForm })),
  'app-passwords': lazy(async () => ({ default: (await import('./forms/passwords')).AppPasswords })),
}

export const Boards = (props: { board: string; id?: string }): JSX.Element => (
  <Show
    when={BOARDS[props.board]}
    fallback={
      <Page title={w().app.notFound} back="/">
        <Empty icon="info" title={w().app.notFound} />
      </Page>
    }
  >
    {(board) => <Dynamic component={board()} id={props.id ?? ''} />}
  </Show>
)
