import { errorBody, Refusal } from '../../answers/answer.ts';
import { formatTime } from '../../org/zoho.time.ts';
import { multipartFile } from '../../http/multipart.ts';
import { header, type Call } from '../call.ts';
import { bulkError } from './bulk.errors.ts';

const MOST_BYTES = 25 * 1024 * 1024;

/** `POST /upload` of the content host: a ZIP archive for a bulk write (reference 4.2). */
export const uploadCall: Call = {
  kind: 'bulk.upload',
  method: 'POST',
  path: '/crm/v8/upload',
  binary: true,
  needs: () => [{ service: 'ZohoFiles', area: 'files', operations: ['CREATE'] }],
  run: (request, org) => {
    if (header(request, 'feature') !== 'bulk-write' || header(request, 'x-crm-org') !== org.zgid) {
      throw bulkError('INVALID_DATA', 'check if headers feature and X-CRM-ORG are present and valid');
    }
    const contentType = header(request, 'content-type') ?? '';
    const file = multipartFile(request.bytes ?? Buffer.alloc(0), { contentType, name: 'file' });
    if (file === undefined) throw bulkError('INVALID_FILE_FORMAT', 'Invalid file format.');
    if (file.length > MOST_BYTES) throw new Refusal(413, errorBody('FILE_TOO_LARGE', 'The file is too large.'));
    // The signature of an archive; what is in it is read when a job wants it.
    if (file.subarray(0, 2).toString() !== 'PK') throw bulkError('INVALID_FILE_FORMAT', 'Invalid file format.');
    const id = org.ids.next();
    org.files.put(id, new Uint8Array(file));
    const details = { file_id: id, created_time: formatTime(org.clock.now()) };
    return {
      status: 200,
      body: { status: 'success', code: 'FILE_UPLOAD_SUCCESS', message: 'file uploaded.', details },
    };
  },
};
