using System.Runtime.InteropServices;

namespace Swarm.Linux;

/// <summary>A call to the kernel that was refused: what was called, on what, and what came back.</summary>
public sealed class LinuxException : IOException
{
    public LinuxException(string call, int errno, string? subject = null, string? detail = null)
        : base(Describe(call, errno, subject, detail))
    {
        Call = call;
        Number = errno;
        HResult = errno;
    }

    /// <summary>The system call, or the request, that was refused.</summary>
    public string Call { get; }

    /// <summary>The error number, as in <see cref="Errno"/>.</summary>
    public int Number { get; }

    /// <summary>The error of the call made in the statement before, whose import has <c>SetLastError</c>.</summary>
    /// <param name="subject">What it was tried on: a path, a name, an id.</param>
    public static LinuxException FromLastError(string call, string? subject = null) =>
        new(call, Marshal.GetLastPInvokeError(), subject);

    private static string Describe(string call, int errno, string? subject, string? detail)
    {
        var on = subject is null ? "" : $" {subject}";
        var more = string.IsNullOrEmpty(detail) ? "" : $" ({detail})";
        return $"{call}{on}: {Marshal.GetPInvokeErrorMessage(errno)}{more} [errno {errno}]";
    }
}
