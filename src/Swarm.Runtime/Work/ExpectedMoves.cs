using Swarm.Linux.Cgroups;

namespace Swarm.Runtime.Work;

/// <summary>Lets the kernel get ready for a process that crun will put into a cgroup, while that is prepared.</summary>
/// <param name="begin">Begins work that nobody waits for.</param>
internal sealed class ExpectedMoves(ICgroups cgroups, Action<Func<Task>> begin)
{
    private int _isUnderWay;

    /// <remarks>Once is enough for all that begin at the same time.</remarks>
    public void Expect()
    {
        if (Interlocked.Exchange(ref _isUnderWay, 1) == 1) return;
        begin(() =>
        {
            try
            {
                cgroups.ExpectMove();
                return Task.CompletedTask;
            }
            finally
            {
                Volatile.Write(ref _isUnderWay, 0);
            }
        });
    }
}
