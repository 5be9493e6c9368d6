import io


class SendAll:
    block_size = 16 * 1024

    def __call__(self, sock, data):
        stream = io.BytesIO(data)
        while block := stream.read(self.block_size):
            sent = sock.send(block)
            stream.seek(sent - len(block), io.SEEK_CUR)  # go back to the first byte that was not taken


send_all = SendAll()
