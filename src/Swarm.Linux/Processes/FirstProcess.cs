using Swarm.Linux.Namespaces;

namespace Swarm.Linux.Processes;

/// <summary>The first process of a pid namespace, as a container has one.</summary>
/// <remarks>There the .NET runtime reaps every child that ends, before who started it by other means than the runtime's
/// has its exit code: seen with .NET 10, whose thread for signals calls waitpid(-1) at each SIGCHLD.</remarks>
public static class FirstProcess
{
    /// <summary>Whether this process is one.</summary>
    public static bool IsThis => Environment.ProcessId == 1;

    /// <summary>Becomes a program that starts this one again as its child, with all arguments. Does not return.
    /// </summary>
    /// <param name="init">As tini: hands on signals and its child's exit code, and reaps orphans.</param>
    /// <exception cref="LinuxException">It could not be executed.</exception>
    public static void LeaveTo(string init) => Reexecution.OfThisProcess().Below(init).Execute();
}
