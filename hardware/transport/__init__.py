"""What moves the bytes of a device: a serial port, a socket, a broker. None of them knows what the bytes mean."""
