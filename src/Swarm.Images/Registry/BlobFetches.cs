using Swarm.Core.Images;
using Swarm.Images.Blobs;

namespace Swarm.Images.Registry;

/// <summary>Fetches blobs into the store, each once at a time, whoever asks and wherever it comes from.</summary>
/// <remarks>Who asks holds the blob in the store until it is used.</remarks>
internal sealed class BlobFetches(ImageStore store, RegistryOptions options) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<Digest, Fetch> _running = [];
    private readonly SemaphoreSlim _slots = new(Math.Max(1, options.ParallelDownloads));

    /// <param name="source">Brings it; not called where another brings it already.</param>
    /// <exception cref="RegistryException">The registry does not give it, or something else.</exception>
    public async Task<StagedBlob> FetchAsync(
        WantedBlob wanted, BlobSource source, Action<TransferStep> tell, CancellationToken cancellation)
    {
        while (true)
        {
            if (await store.FindSoundAsync(wanted.Digest, wanted.Size, cancellation) is { } here)
            {
                return here.Size == wanted.Size ? here : throw new RegistryException(
                    RegistryFault.Invalid, $"{wanted}: has {here.Size} bytes, and its manifest says {wanted.Size}");
            }

            var (fetch, isOwn) = Join(wanted, source, tell);
            try
            {
                var blob = await fetch.Ended.WaitAsync(cancellation);
                if (blob.Size == wanted.Size) return blob;
            }
            catch (Exception failed) when (
                !isOwn && failed is RegistryException or IOException or OperationCanceledException
                && !cancellation.IsCancellationRequested)
            {
                // Another's fetch failed, perhaps by its registry or its credentials: this one has its own.
            }
            finally
            {
                await LeaveAsync(fetch, tell);
            }
        }
    }

    public void Dispose() => _slots.Dispose();

    private (Fetch Fetch, bool IsOwn) Join(WantedBlob wanted, BlobSource source, Action<TransferStep> tell)
    {
        lock (_gate)
        {
            var before = _running.GetValueOrDefault(wanted.Digest);
            if (before is { Stop.IsCancellationRequested: false } running)
            {
                running.Add(tell);
                return (running, false);
            }

            var fetch = new Fetch();
            fetch.Add(tell);
            _running[wanted.Digest] = fetch;
            fetch.Ended = RunAsync(wanted, source, fetch, before?.Ended ?? Task.CompletedTask);
            return (fetch, true);
        }
    }

    // With nobody left to wait for it, it ends, and nobody joins it any more: the next one begins when it has ended.
    // Who left last returns then, too, so that nothing of it is under way any more.
    private async Task LeaveAsync(Fetch fetch, Action<TransferStep> tell)
    {
        lock (_gate)
        {
            if (!fetch.Remove(tell)) return;
            fetch.Stop.Cancel();
        }

        await ((Task)fetch.Ended).ConfigureAwait(
            ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
    }

    private async Task<StagedBlob> RunAsync(WantedBlob wanted, BlobSource source, Fetch fetch, Task before)
    {
        var id = wanted.ShortId;
        try
        {
            // Two that write one file would write into what one of them has checked.
            await before.ConfigureAwait(
                ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ForceYielding
                | ConfigureAwaitOptions.ContinueOnCapturedContext);
            if (_slots.CurrentCount == 0) fetch.Tell(new TransferStep(id, "Waiting"));
            await _slots.WaitAsync(fetch.Stop.Token);
            try
            {
                if (store.FindBlob(wanted.Digest) is { } here) return here; // the one before has ended well
                using var scratch = store.NewScratch();
                var blob = await source(
                    scratch.NewPath(), have => fetch.Tell(new TransferStep(id, "Downloading", have, wanted.Size)),
                    fetch.Stop.Token);
                fetch.Tell(new TransferStep(id, "Verifying Checksum"));
                blob = store.Adopt(blob);
                fetch.Tell(new TransferStep(id, "Download complete"));
                return blob;
            }
            finally
            {
                _slots.Release();
            }
        }
        finally
        {
            lock (_gate)
            {
                if (_running.GetValueOrDefault(wanted.Digest) == fetch) _running.Remove(wanted.Digest);
            }
        }
    }

    /// <summary>One blob on its way, and those who wait for it.</summary>
    private sealed class Fetch
    {
        private readonly Lock _lock = new();
        private readonly List<Action<TransferStep>> _told = [];

        public CancellationTokenSource Stop { get; } = new();

        public Task<StagedBlob> Ended { get; set; } = null!; // set as soon as it has begun, before others see it

        public void Add(Action<TransferStep> tell)
        {
            lock (_lock) _told.Add(tell);
        }

        /// <returns>Whether it was the last one.</returns>
        public bool Remove(Action<TransferStep> tell)
        {
            lock (_lock)
            {
                _told.Remove(tell);
                return _told.Count == 0;
            }
        }

        public void Tell(TransferStep step)
        {
            lock (_lock)
            {
                foreach (var tell in _told) tell(step);
            }
        }
    }
}
