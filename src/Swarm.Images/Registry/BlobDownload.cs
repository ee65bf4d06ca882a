using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using Swarm.Core.Images;
using Swarm.Images.Blobs;

namespace Swarm.Images.Registry;

/// <summary>Brings one blob into a file: a connection that is cut is taken up where it ended, and nothing is believed
/// until the digest is right.</summary>
/// <remarks>https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pulling-blobs</remarks>
internal sealed class BlobDownload(RegistryConnection registry, BlobPlace place, Action<long> tell)
{
    private const int PieceBytes = 256 * 1024;

    // So much more counts as getting on: then the attempts are counted anew.
    private const long GettingOnBytes = 1024 * 1024;

    private long _have;
    private bool _wasResumed;

    /// <exception cref="RegistryException">It is not what it should be, or the registry does not get it over.
    /// </exception>
    public async Task<StagedBlob> RunAsync(string path, CancellationToken cancellation)
    {
        await using var file = new FileStream(
            path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0, useAsync: true);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var (failures, counted, startedOver) = (0, 0L, false);
        while (true)
        {
            try
            {
                await ReceiveAsync(file, hash, cancellation);
                var digest = Digest.OfHash(hash.GetHashAndReset());
                if (digest == place.Digest) return new StagedBlob(path, digest, _have);
                if (!_wasResumed || startedOver) throw Wrong($"it has the digest {digest}");
                // Two halves of different things, perhaps.
                (startedOver, _wasResumed, _have) = (true, false, 0);
                file.SetLength(0);
            }
            catch (UnavailableException lost)
            {
                failures = _have >= counted + GettingOnBytes ? 1 : failures + 1;
                counted = Math.Max(counted, _have); // what comes a second time is no getting on
                await registry.WaitAsync(lost, failures, cancellation);
            }
        }
    }

    private async Task ReceiveAsync(FileStream file, IncrementalHash hash, CancellationToken cancellation)
    {
        if (_have > 0 && _have == place.Size) return; // it was cut behind its last byte
        using var response = await registry.SendOnceAsync(Question, place.Scope, cancellation);
        if (_have > 0 && !IsRest(response)) StartOver(file, hash);
        if (response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable)
            throw new UnavailableException($"{place}: the registry does not go on at {_have} bytes");
        if (!response.IsSuccessStatusCode)
            throw await registry.ExplainAsync(response, place.ToString(), cancellation);

        _wasResumed |= _have > 0;
        var buffer = new byte[PieceBytes];
        await using var body = await response.Content.ReadAsStreamAsync(cancellation);
        while (true)
        {
            var read = await registry.Web.WithinAsync(
                async token => await body.ReadAsync(buffer, token), place.ToString(), cancellation);
            if (read == 0) break;
            if (_have + read > place.Size) throw Wrong("more comes");
            await file.WriteAsync(buffer.AsMemory(0, read), cancellation);
            hash.AppendData(buffer, 0, read);
            _have += read;
            tell(_have);
        }

        if (_have < place.Size)
            throw new UnavailableException($"{place}: ended after {_have} of {place.Size} bytes");
    }

    private HttpRequestMessage Question()
    {
        var request = new HttpRequestMessage(HttpMethod.Get, registry.UriOf(place.Path));
        if (_have > 0) request.Headers.Range = new RangeHeaderValue(_have, null);
        return request;
    }

    private bool IsRest(HttpResponseMessage response) =>
        response.StatusCode == HttpStatusCode.PartialContent
        && response.Content.Headers.ContentRange?.From == _have;

    private void StartOver(FileStream file, IncrementalHash hash)
    {
        hash.GetHashAndReset();
        file.SetLength(0);
        _have = 0;
    }

    private RegistryException Wrong(string what) => new(
        RegistryFault.Invalid, $"{place}: should have {place.Size} bytes and the digest {place.Digest}; {what}");
}
