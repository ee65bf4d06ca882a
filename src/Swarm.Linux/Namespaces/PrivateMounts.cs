using Swarm.Linux.Mounts;

namespace Swarm.Linux.Namespaces;

/// <summary>Work with mounts that nobody else sees, and that are gone after it.</summary>
public static class PrivateMounts
{
    /// <summary>Runs work on a thread of its own, in a mount namespace of its own.</summary>
    /// <exception cref="LinuxException">EPERM without CAP_SYS_ADMIN.</exception>
    public static Task<T> RunAsync<T>(Func<T> work, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(work);
        cancellation.ThrowIfCancellationRequested();
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        // Not a thread of the pool: it leaves the file system view of the process and never comes back.
        var thread = new Thread(() =>
        {
            try
            {
                NamespaceCalls.UnshareFileSystemView();
                NamespaceCalls.UnshareMounts();
                Mounting.MakeAllSlave();
                done.TrySetResult(work());
            }
#pragma warning disable CA1031 // Whatever it was is thrown again to the one who asked.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                done.TrySetException(exception);
            }
        })
        { IsBackground = true, Name = "private mounts" };
        thread.Start();
        return done.Task;
    }
}
