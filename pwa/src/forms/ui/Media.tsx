/** A picture, sound or video that came with the form. Where the phone lacks it, its name is said instead. */
import { createResource, Match, Show, Switch, type Component } from 'solid-js'
import { useFiller } from './context'
import { FormIcon } from './icons'

interface Props {
  kind: 'image' | 'audio' | 'video'
  /** `jr://images/name.svg` */
  source: string
  alt: string
}

export const fileName = (source: string): string => decodeURIComponent(source.replace(/^jr:\/\/[^/]+\//, ''))

export const Media: Component<Props> = (props) => {
  const { media } = useFiller()
  const [address] = createResource(() => props.source, (source) => media(fileName(source)))
  return (
    <Show when={!address.loading}>
      <Show when={address()} fallback={<Missing name={fileName(props.source)} />}>
        {(url) => (
          <Switch>
            <Match when={props.kind === 'image'}>
              <img class="form-media" src={url()} alt={props.alt} />
            </Match>
            <Match when={props.kind === 'audio'}>
              <audio class="form-media" src={url()} controls preload="none" aria-label={props.alt} />
            </Match>
            <Match when={props.kind === 'video'}>
              <video class="form-media" src={url()} controls preload="none" aria-label={props.alt} />
            </Match>
          </Switch>
        )}
      </Show>
    </Show>
  )
}

const Missing: Component<{ name: string }> = (props) => {
  const { words } = useFiller()
  return (
    <span class="form-missing" title={words.missingFile(props.name)}>
      <FormIcon name="picture" />
      <span class="unseen">{words.missingFile(props.name)}</span>
      <span aria-hidden="true">{props.name}</span>
    </span>
  )
}
