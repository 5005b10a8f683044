/** What 1.1.2 leaves of a sender's id. */
const CUT_LABEL = 63;

/** Whether data with this label come from somebody with this id, as text: older servers cut labels. @internal */
export const isLabelOf = (label: string, id: string): boolean =>
  label === id || (label.length >= CUT_LABEL && id.startsWith(label));
