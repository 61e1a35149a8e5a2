/** Object URLs of files, made once each and let go together when the form closes. */
export class Addresses {
  private readonly made = new Map<string, Promise<string | null>>()

  of(key: string, read: () => Promise<Blob | null>): Promise<string | null> {
    let address = this.made.get(key)
    if (!address) {
      address = read().then((bytes) => (bytes ? URL.createObjectURL(bytes) : null))
      this.made.set(key, address)
    }
    return address
  }

  release(): void {
    for (const address of this.made.values()) void address.then((url) => url && URL.revokeObjectURL(url))
    this.made.clear()
  }
}
