// pdf.js with its worker from this very origin: the policy lets no other script run, and nothing is evaluated.
import {
  getDocument,
  GlobalWorkerOptions,
  type PDFDocumentProxy,
  type RenderTask,
} from 'pdfjs-dist/legacy/build/pdf.mjs'
import worker from 'pdfjs-dist/legacy/build/pdf.worker.min.mjs?url'

GlobalWorkerOptions.workerSrc = worker

export type { PDFDocumentProxy, RenderTask }

export function openPdf(bytes: ArrayBuffer): Promise<PDFDocumentProxy> {
  // WebAssembly would need another policy; reports hold no pictures that ask for it.
  return getDocument({ data: new Uint8Array(bytes), isEvalSupported: false, useWasm: false }).promise
}
