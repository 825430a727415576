// The sentences of forms.
export const previewTitle = 'As readers see it';
export const previewEmpty = 'Nothing written yet.';
export const previewFailed = 'The preview is not available now. What you have typed stays.';
