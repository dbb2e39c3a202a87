// Sieve of Eratosthenes, up to a million.
function kernel() {
  function primes(n) {
    const sieve = new Uint8Array(n + 1);
    let count = 0;
    for (let i = 2; i <= n; i++) {
      if (sieve[i])
        continue;
      count++;
      for (let j = i * 2; j <= n; j += i)
        sieve[j] = 1;
    }
    return count;
  }
  return String(primes(1000000));
}
kernel();
