/** Fetches small pictures from addresses that strangers may have chosen, and keeps them in memory. */
export { fetchImage, type FetchOptions, type Fetched } from './fetch-image.ts';
export { ImageFault, type Reason } from './image-fault.ts';
export type { Image, ImageType } from './image-type.ts';
export {
  createRemoteImages,
  type RemoteImages,
  type RemoteImagesOptions,
} from './remote-images.ts';
