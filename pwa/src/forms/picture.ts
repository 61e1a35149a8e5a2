/** Pictures made small enough for 2G before they are kept: at most 1280 pixels a side, WebP, JPEG where the browser cannot.
 *
 * Drawing anew leaves every EXIF mark behind, the place where it was taken above all. */

export const LONGEST_SIDE = 1280
const QUALITY = 0.7

/** @param maxPixels the form's own limit, when smaller. @throws Error when the bytes are no picture this browser reads. */
export async function shrink(picture: Blob, maxPixels: number | null): Promise<Blob> {
  const bitmap = await createImageBitmap(picture, { imageOrientation: 'from-image' })
  try {
    const { width, height } = fit(bitmap.width, bitmap.height, Math.min(maxPixels ?? LONGEST_SIDE, LONGEST_SIDE))
    const canvas = document.createElement('canvas')
    canvas.width = width
    canvas.height = height
    const pen = canvas.getContext('2d')
    if (!pen) throw new Error('no canvas')
    // Transparent parts would turn black in a JPEG.
    pen.fillStyle = '#fff'
    pen.fillRect(0, 0, width, height)
    pen.imageSmoothingQuality = 'high'
    pen.drawImage(bitmap, 0, 0, width, height)
    return await encode(canvas)
  } finally {
    bitmap.close()
  }
}

/** Keeps the proportions; never larger than it was. */
export function fit(width: number, height: number, longest: number): { width: number; height: number } {
  const scale = Math.min(1, longest / Math.max(width, height, 1))
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) }
}

export async function encode(canvas: HTMLCanvasElement): Promise<Blob> {
  for (const type of ['image/webp', 'image/jpeg']) {
    const bytes = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, type, QUALITY))
    // A browser that cannot write WebP gives PNG instead.
    if (bytes?.type === type) return bytes
  }
  throw new Error('this browser can write neither WebP nor JPEG')
}
