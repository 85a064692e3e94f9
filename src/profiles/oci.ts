import type { Profile } from './profile.js'

/** distribution-spec 1.1 as it stands, every media type welcome. */
export const oci: Profile = {
  name: 'oci',
  manifestLimit: 8 << 20,
  pageLimit: 10_000,
  // As long as distribution keeps them: its `uploadpurging` has an age of 168 hours.
  uploadLifetime: 168 * 3_600_000,
  referrersPageBytes: 4 << 20,
}
