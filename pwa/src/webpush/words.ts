/** The few words that a notification needs; the worker does not load the app's dictionaries. */
export interface NotificationWords {
  confirm: string
  open: string
  test: string
  testBody: string
  exercise: string
  trial: string
  cancelled: string
  updated: string
  digest: (n: number) => string
  severities: Record<string, string>
}

export const NOTIFICATION_WORDS: Record<'vi' | 'en', NotificationWords> = {
  vi: {
    confirm: 'Tôi đã nhận được',
    open: 'Xem',
    test: 'Thông báo thử đã đến',
    testBody: 'Máy này nhận được cảnh báo.',
    exercise: 'DIỄN TẬP',
    trial: 'THỬ NGHIỆM',
    cancelled: 'Đã hủy',
    updated: 'Cập nhật',
    digest: (n) => `${n} tin mới cho địa bàn`,
    severities: { extreme: 'Đặc biệt nghiêm trọng', severe: 'Nghiêm trọng', moderate: 'Đáng chú ý', minor: 'Nhẹ' },
  },
  en: {
    confirm: 'I have received this',
    open: 'Open',
    test: 'The test has arrived',
    testBody: 'This phone receives alerts.',
    exercise: 'EXERCISE',
    trial: 'TEST',
    cancelled: 'Cancelled',
    updated: 'Update',
    digest: (n) => `${n} new alerts for your areas`,
    severities: { extreme: 'Extreme', severe: 'Severe', moderate: 'Moderate', minor: 'Minor' },
  },
}
