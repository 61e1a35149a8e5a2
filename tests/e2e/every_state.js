// Puts a report in every state, alerts of every kind and a draft into a phone's database, as a sync would have.
async () => {
  const open = name => new Promise(resolve => { const r = indexedDB.open(name); r.onsuccess = () => resolve(r.result) })
  const name = (await indexedDB.databases()).map(one => one.name).find(one => one.startsWith('langnghe-'))
  const db = await open(name)
  const area = '30316', now = Date.now(), hour = 3600000
  const tx = db.transaction(['items', 'changes', 'drafts'], 'readwrite')
  const fields = (text, at, more) => ({ form: 'phan-anh-nhanh', form_version: '1', area, submitted_at_ms: String(at),
    '/data/viec/noi_dung': text, ...more })
  const item = (id, text, at, more) => tx.objectStore('items').put({ kind: 'submission', id, revision: 2, position: 1,
    author: 'huynh-thanh-tam', updated_at_ms: at, updated_by: 'Phạm Minh Tuấn', fields: fields(text, at, more), ...more?.item })
  item('s1', 'Nước máy yếu vào giờ cao điểm.', now - 30 * hour)
  item('s2', 'Cầu ván qua kênh bị gãy một nhịp.', now - 50 * hour, { item: { conflicts: [{ id: 'other:1:/data/viec/noi_dung',
    field: '/data/viec/noi_dung', before: 'Cầu ván bị gãy.', standing: 'Cầu ván qua kênh bị gãy một nhịp.',
    standing_by: 'Huỳnh Thị Thanh Tâm', standing_at_ms: now - 3 * hour, arriving: 'Cầu ván đã được dặm lại tạm.',
    arriving_by: 'Phạm Minh Tuấn', arriving_at_ms: now - 2 * hour, revision: 2 }] } })
  const change = (sequence, id, text, at, more) => tx.objectStore('changes').put({ replica: 'seed', kind: 'submission', id,
    state: 'unsent', outcome: null, stale: true, change: { sequence, intent: 'create', kind: 'submission', id,
      fields: fields(text, at), made_at_ms: at }, ...more })
  change(1, 's3', 'Xe ba gác chở cát làm hư đường vào ấp.', now - 2 * hour)
  change(2, 's4', 'Rác dồn ở chân cầu, bà con xin thêm thùng.', now - 5 * hour,
    { state: 'attention', outcome: { sequence: 2, result: 'rejected', code: 'form_closed', retry: 'never' } })
  tx.objectStore('drafts').put({ id: 'd1', form: 'phan-anh-nhanh', version: '1', title: 'Phản ánh nhanh', area,
    label: 'Điện chập chờn ở ấp', saved: '', answered: 3, files: {}, made_at_ms: now - hour, updated_at_ms: now - hour / 3 })
  const alert = (id, more) => tx.objectStore('items').put({ kind: 'alert', id: `${id}:${area}`, revision: 1, position: 2,
    updated_at_ms: now, fields: { alert: id, number: '1', area, state: 'sent', message_type: 'alert', status: 'actual',
      severity: 'severe', urgency: 'expected', certainty: 'likely', headline: 'Triều cường đêm nay, nước lên thêm 30 cm',
      headline_en: 'Spring tide tonight, 30 cm higher', sent_at_ms: String(now - hour), expires_at_ms: String(now + 20 * hour),
      description: 'Mực nước tại Châu Đốc đạt đỉnh khoảng 23 giờ.', instruction: 'Kê cao tài sản, trông giữ trẻ nhỏ.',
      contact: '0296 3 822 456', ...more } })
  alert('a1', {})
  alert('a2', { status: 'exercise', severity: 'moderate', headline: 'Diễn tập sơ tán khu vực sạt lở', headline_en: 'Evacuation drill' })
  alert('a3', { state: 'replaced', replaced_by: 'a1', headline: 'Triều cường đêm nay', sent_at_ms: String(now - 9 * hour) })
  await new Promise(resolve => { tx.oncomplete = resolve })
  db.close()
  new BroadcastChannel('langnghe').postMessage({ stores: ['items', 'changes', 'drafts'] })
}
