/** What the shell and the form renderer say to each other. Types only, so the shell never loads the engine for them.
 *
 * The renderer draws and checks a form; the shell owns storage, files and the outbox. `src/forms/index.ts` exports
 * `openForm`; the shell loads it with a dynamic import. The renderer never touches IndexedDB or the network. */
import type { Component } from "solid-js";

export type Language = "vi" | "en";

/** A file of a submission, already kept on the phone. `name` is what the answer says (`photo-1.webp`). */
export interface KeptFile {
  name: string;
  /** Hex SHA-256 of the bytes. */
  sha256: string;
  size: number;
  type: string;
}

/** A published form version, complete on the phone. */
export interface FormSource {
  form: string;
  version: string;
  title: string;
  formXml: string;
  /** A form attachment by name (CSV, GeoJSON, image); null when the phone does not have it. */
  attachment(name: string): Promise<Blob | null>;
}

/** Where the filling begins. `instanceId` is the submission's id in every case. */
export type Beginning =
  | { from: "blank"; instanceId: string }
  /** A draft, word for word as `saveDraft` was given it, perhaps made with an earlier form version. */
  | { from: "draft"; instanceId: string; instanceXml: string; page: string; formVersion: string }
  /** A submission to amend: its fields as items hold them (`/data/...`, `file:NAME`). */
  | { from: "submission"; instanceId: string; fields: Record<string, string>; formVersion: string };

/** What the shell saves of a draft. */
export interface DraftState {
  instanceXml: string;
  /** Where to continue. Opaque to the shell. */
  page: string;
  /** A few words that tell this draft from the next (first text answers); may be empty. */
  label: string;
  answered: number;
}

/** What a finalised form comes to. */
export interface FilledForm {
  /** Every answer as a field (`/data/group/question`, repeats by stable id), valid and relevant ones only. */
  fields: Record<string, string>;
  files: KeptFile[];
  label: string;
}

/** What the shell gives the renderer to work with. */
export interface FormFrame {
  language: Language;
  /** Areas of the person, for cutting long choice lists: official codes. */
  areas: string[];
  /** Keeps a file durably on the phone and resolves with its hash; rejects when storage is full. */
  keepFile(name: string, bytes: Blob): Promise<KeptFile>;
  readFile(name: string): Promise<Blob | null>;
  /** Resolves once the draft is durable. Call after each answer (debounced) and when the page hides. */
  saveDraft(draft: DraftState): Promise<void>;
  /** Resolves once the submission is durable in the outbox; the shell then leaves the page. */
  finalise(filled: FilledForm): Promise<void>;
}

export interface OpenedForm {
  title: string;
  /** The whole form with its own pages, progress and "next / back / finalise" buttons, drawn with ui/styles classes. */
  View: Component;
  /** Saves the draft now (the person leaves the screen). */
  save(): Promise<void>;
  dispose(): void;
}

/** Signature of `openForm` in src/forms/index.ts. Rejects with an Error whose message is a sentence for the person. */
export type OpenForm = (source: FormSource, beginning: Beginning, frame: FormFrame) => Promise<OpenedForm>;
