using System.Runtime.InteropServices;

namespace Swarm.Linux.Networking;

/// <summary>Packet filter rules of one network namespace: that of the thread which made this object.</summary>
/// <remarks>
/// libnftables, <see href="https://manpages.debian.org/libnftables">libnftables(3)</see>, in the language of nft(8).
/// Needs CAP_NET_ADMIN.
/// Not for several threads at once.
/// </remarks>
public sealed unsafe partial class Nftables : IDisposable
{
    private readonly nint _context;
    private bool _disposed;

    /// <exception cref="NftablesException">The library is not there: package libnftables1.</exception>
    public Nftables()
    {
        try
        {
            _context = nft_ctx_new(0);
        }
        catch (DllNotFoundException missing)
        {
            throw new NftablesException("libnftables.so.1 is not installed (Debian package libnftables1)", missing);
        }

        if (_context == 0 || nft_ctx_buffer_output(_context) != 0 || nft_ctx_buffer_error(_context) != 0)
        {
            throw new NftablesException("libnftables could not be started: out of memory");
        }
    }

    /// <summary>Carries out the commands: all of them, or none.</summary>
    /// <returns>What they print.</returns>
    /// <exception cref="NftablesException">Some command was refused, and nothing was changed.</exception>
    public string Run(string commands)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        var refused = nft_run_cmd_from_buffer(_context, commands);
        var output = Marshal.PtrToStringUTF8(nft_ctx_get_output_buffer(_context)) ?? "";
        var error = Marshal.PtrToStringUTF8(nft_ctx_get_error_buffer(_context)) ?? "";
        return refused == 0 ? output : throw new NftablesException($"nftables refused: {error.Trim()}");
    }

    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        nft_ctx_free(_context);
    }

    [LibraryImport("libnftables.so.1")]
    private static partial nint nft_ctx_new(uint flags);

    [LibraryImport("libnftables.so.1")]
    private static partial void nft_ctx_free(nint context);

    [LibraryImport("libnftables.so.1")]
    private static partial int nft_ctx_buffer_output(nint context);

    [LibraryImport("libnftables.so.1")]
    private static partial int nft_ctx_buffer_error(nint context);

    [LibraryImport("libnftables.so.1")]
    private static partial nint nft_ctx_get_output_buffer(nint context);

    [LibraryImport("libnftables.so.1")]
    private static partial nint nft_ctx_get_error_buffer(nint context);

    [LibraryImport("libnftables.so.1", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int nft_run_cmd_from_buffer(nint context, string commands);
}
