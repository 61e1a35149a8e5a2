// @vitest-environment jsdom
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { autosave } from './autosave'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'requestAnimationFrame'] })
})
afterEach(() => {
  vi.useRealTimers()
})

const never = (): void => undefined

test('a draft is saved after the frame that shows the answer, once for several answers', async () => {
  const save = vi.fn(() => Promise.resolve())
  const saving = autosave(save, never, never)
  saving.changed()
  saving.changed()
  expect(save).not.toHaveBeenCalled()
  await vi.advanceTimersByTimeAsync(50)
  expect(save).toHaveBeenCalledTimes(1)
  saving.stop()
})

test('an answer given while a save is under way is saved by the next', async () => {
  const ends: (() => void)[] = []
  const save = vi.fn(() => new Promise<void>((resolve) => ends.push(resolve)))
  const saving = autosave(save, never, never)
  saving.changed()
  const first = saving.now()
  saving.changed()
  const second = saving.now()
  ends[0]?.()
  await vi.waitFor(() => expect(save).toHaveBeenCalledTimes(2))
  ends[1]?.()
  await Promise.all([first, second])
  saving.stop()
})

test('hiding the page saves at once, and what is being typed with it', async () => {
  const save = vi.fn(() => Promise.resolve())
  const saving: ReturnType<typeof autosave> = autosave(save, () => saving.changed(), never)
  window.dispatchEvent(new Event('pagehide'))
  await vi.waitFor(() => expect(save).toHaveBeenCalledTimes(1))
  saving.stop()
})

test('nothing is saved when nothing changed', async () => {
  const save = vi.fn(() => Promise.resolve())
  const saving = autosave(save, never, never)
  await saving.now()
  expect(save).not.toHaveBeenCalled()
  saving.stop()
})

test('a save that fails is told, and tried again with the next', async () => {
  const failed = vi.fn()
  const save = vi.fn<() => Promise<void>>().mockRejectedValueOnce(new Error('full')).mockResolvedValue()
  const saving = autosave(save, never, failed)
  saving.changed()
  await expect(saving.now()).rejects.toThrow('full')
  expect(failed).toHaveBeenLastCalledWith(true)
  await saving.now()
  expect(failed).toHaveBeenLastCalledWith(false)
  saving.stop()
})
