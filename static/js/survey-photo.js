// window.smallPicture(file): a picture as a JPEG of at most 1600 dots, the right way up, without what its camera wrote beside it.
// Throws for what is no picture.
(() => {
  "use strict";
  const MOST = 1600;
  window.smallPicture = async (file) => {
    const bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
    const by = Math.min(1, MOST / Math.max(bitmap.width, bitmap.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(bitmap.width * by));
    canvas.height = Math.max(1, Math.round(bitmap.height * by));
    canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    bitmap.close();
    return new Promise((done, failed) => {
      canvas.toBlob((blob) => (blob ? done(blob) : failed(new Error("no picture"))), "image/jpeg", 0.8);
    });
  };
})();
