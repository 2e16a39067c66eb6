/** For a button that can be out of use while it has the focus: `disabled` would take the focus from it. */
export function pressable(isOff: boolean, onPress: () => void) {
  return {
    'aria-disabled': isOff,
    onClick: () => {
      if (!isOff) onPress()
    },
  }
}
