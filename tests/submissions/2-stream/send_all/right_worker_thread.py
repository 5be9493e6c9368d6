from concurrent.futures import ThreadPoolExecutor


def send_loop(sock, data):
    while data:
        data = data[sock.send(data) :]


def send_all(sock, data):
    with ThreadPoolExecutor(1) as pool:
        pool.submit(send_loop, sock, data).result()
