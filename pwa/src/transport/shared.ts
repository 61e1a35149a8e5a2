/** A file that another app shared with this one (a colleague's courier file): kept until the person delivers it. */
import { openDevice } from '../store/database'

const KEY = 'shared'

export interface SharedFile {
  name: string
  bytes: Blob
  at_ms: number
}

export async function keepShared(request: Request): Promise<Response> {
  const files = (await request.formData()).getAll('courier').filter((one): one is File => one instanceof File)
  const kept: SharedFile[] = files.map((file) => ({ name: file.name, bytes: file, at_ms: Date.now() }))
  const db = await openDevice()
  await db.put('settings', kept as never, KEY)
  return Response.redirect('/#/courier', 303)
}

export async function readShared(): Promise<SharedFile[]> {
  return ((await (await openDevice()).get('settings', KEY)) as unknown as SharedFile[] | undefined) ?? []
}

export const forgetShared = async (): Promise<void> => (await openDevice()).delete('settings', KEY)
