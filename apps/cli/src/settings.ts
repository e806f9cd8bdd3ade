/** What the options of the program itself say, for all commands; set before a command runs. */
export const settings = {
  /** Whether plugin packages may run that are not installed where the user works. */
  allowPlugins: false,
};
