"""SimPy's side of the peers bench: processes and a `Resource`, as its documentation writes them.

Usage: simpy_models.py FILE station SERVERS IMPATIENT | simpy_models.py FILE hold PENDING END
FILE holds one customer per line: gap, service and patience in microseconds. Prints: served left waited nanoseconds.
"""

import sys
from itertools import cycle
from time import perf_counter_ns

import simpy


class Station:
    def __init__(self, customers, servers, impatient):
        self.env = simpy.Environment()
        self.servers = simpy.Resource(self.env, capacity=servers)
        self.customers = customers
        self.visit = self.impatient_visit if impatient else self.patient_visit
        self.served = self.left = self.waited = 0

    def arrivals(self):
        for gap, service, patience in self.customers:
            yield self.env.timeout(gap)
            self.env.process(self.visit(service, patience))

    def patient_visit(self, service, _patience):
        since = self.env.now
        with self.servers.request() as request:
            yield request
            self.served += 1
            self.waited += self.env.now - since
            yield self.env.timeout(service)

    def impatient_visit(self, service, patience):
        since = self.env.now
        with self.servers.request() as request:
            if not request.triggered:
                yield request | self.env.timeout(patience)
            if not request.triggered:
                self.left += 1
                return
            self.served += 1
            self.waited += self.env.now - since
            yield self.env.timeout(service)

    def run(self):
        self.env.process(self.arrivals())
        begin = perf_counter_ns()
        self.env.run()
        return self.served, self.left, self.waited, perf_counter_ns() - begin


class Hold:
    def __init__(self, customers, pending, end):
        self.env = simpy.Environment()
        self.ring = cycle([service for _, service, _ in customers])
        self.pending = pending
        self.end = end
        self.happened = self.sum = 0

    def happen(self):
        while True:
            yield self.env.timeout(next(self.ring))
            self.happened += 1
            self.sum += self.env.now

    def run(self):
        for _ in range(self.pending):
            self.env.process(self.happen())
        # Every process begins with an event of its own, at once.
        self.env.run(until=1)
        begin = perf_counter_ns()
        self.env.run(until=self.end)
        return self.happened, 0, self.sum, perf_counter_ns() - begin


def main():
    file, model, *numbers = sys.argv[1:]
    with open(file) as lines:
        customers = [tuple(map(int, line.split())) for line in lines]
    kind = {"station": Station, "hold": Hold}[model]
    print(*kind(customers, *map(int, numbers)).run())


if __name__ == "__main__":
    main()
