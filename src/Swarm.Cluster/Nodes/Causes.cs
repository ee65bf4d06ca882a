using Swarm.Runtime;

namespace Swarm.Cluster.Nodes;

/// <summary>Why work of the engine failed, found in what its task threw.</summary>
internal static class Causes
{
    /// <returns>What the engine has said, where it has; else the innermost cause.</returns>
    public static Exception Of(Exception thrown)
    {
        for (var cause = thrown; cause is not null; cause = cause.InnerException)
        {
            if (cause is ContainerException) return cause;
        }

        return thrown.GetBaseException();
    }
}
