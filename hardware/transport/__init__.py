"""What moves the bytes of a device: a serial port, a socket, a broker. None knows what the bytes mean."""
