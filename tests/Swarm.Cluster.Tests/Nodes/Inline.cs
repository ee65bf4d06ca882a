namespace Swarm.Cluster.Tests.Nodes;

/// <summary>Lets whoever waits for something go on at once, in this thread.</summary>
internal static class Inline
{
    /// <remarks>A context of the test would send them to another thread.</remarks>
    public static void Run(Action act)
    {
        var context = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        act();
        SynchronizationContext.SetSynchronizationContext(context);
    }
}
