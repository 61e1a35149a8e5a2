/** The file that answers a question now: shown, played or named, with its size and a way to remove it. */
import type { UploadNode } from '@getodk/xforms-engine'
import { createResource, Match, Show, Switch, type Component } from 'solid-js'
import { detach, sizeOf } from '../../attach'
import { useFiller } from '../context'
import { FormIcon } from '../icons'

export const Kept: Component<{ node: UploadNode }> = (props) => {
  const { kept, words, session, changed } = useFiller()
  const name = (): string => props.node.currentState.instanceValue
  const [address] = createResource(name, (name) => (name ? kept(name) : Promise.resolve(null)))
  const type = (): string => session.kept[name()]?.type ?? ''
  const kind = (): string => (type().split('/')[0] ?? '') || (props.node.nodeOptions.media.type ?? '')
  const remove = (): void => {
    void detach(session, props.node).then(changed)
  }
  return (
    <Show when={name()}>
      <div class="form-kept">
        <Show
          when={address()}
          fallback={
            <Show when={!address.loading}>
              <p class="hint">
                {words.fileAway} <span class="number">{name()}</span>
              </p>
            </Show>
          }
        >
          {(url) => (
            <Switch
              fallback={
                <p class="form-output">
                  <FormIcon name="file" /> {name()}
                </p>
              }
            >
              <Match when={kind() === 'image'}>
                <img class="form-media" src={url()} alt={props.node.currentState.label?.asString ?? name()} />
              </Match>
              <Match when={kind() === 'audio'}>
                <audio class="form-media" src={url()} controls />
              </Match>
              <Match when={kind() === 'video'}>
                <video class="form-media" src={url()} controls playsinline />
              </Match>
            </Switch>
          )}
        </Show>
        <div class="row spread">
          <span class="hint">{session.kept[name()] ? words.fileHere(sizeOf(session.kept[name()]?.size ?? 0, session.frame.language)) : ''}</span>
          <button type="button" class="button" data-kind="plain" onClick={remove}>
            <FormIcon name="bin" />
            {words.remove}
          </button>
        </div>
      </div>
    </Show>
  )
}
