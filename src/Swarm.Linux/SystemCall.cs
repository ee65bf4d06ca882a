using System.Runtime.InteropServices;

namespace Swarm.Linux;

/// <summary>What every call to the kernel has in common: it may be interrupted, and -1 means refused.</summary>
/// <remarks>
/// The one place where EINTR is retried. Where nothing fixed is captured: <c>SystemCall.Retry(() => open(...), "open",
/// path)</c>; where a buffer is: <c>do { n = read(...); } while (SystemCall.WasInterrupted(n));</c>.
/// Every import used with it has <c>SetLastError</c>.
/// </remarks>
public static class SystemCall
{
    /// <summary>Whether the call made in the statement before came back because of a signal
    /// and shall be made again.</summary>
    public static bool WasInterrupted(nint result) => result == -1 && Marshal.GetLastPInvokeError() == Errno.EINTR;

    /// <summary>Passes a result on, unless it is -1.</summary>
    /// <exception cref="LinuxException">The call made in the statement before was refused.</exception>
    public static nint Check(nint result, string call, string? subject = null) =>
        result == -1 ? throw LinuxException.FromLastError(call, subject) : result;

    /// <inheritdoc cref="Check(nint, string, string?)"/>
    public static int Check(int result, string call, string? subject = null) =>
        result == -1 ? throw LinuxException.FromLastError(call, subject) : result;

    /// <summary>Makes the call until it is not interrupted.</summary>
    /// <exception cref="LinuxException">The call was refused.</exception>
    public static int Retry(Func<int> attempt, string call, string? subject = null)
    {
        int result;
        do
        {
            result = attempt();
        }
        while (WasInterrupted(result));
        return Check(result, call, subject);
    }
}
