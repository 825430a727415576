// The demonstration's people can log in with this.
export const password = 'journeys are long';
