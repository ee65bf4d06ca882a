using Swarm.Core;
using Swarm.Runtime;

namespace Swarm.Cluster.Nodes;

/// <summary>Signals of those who ask by hand: one that the host refuses is theirs to know, and no crash.</summary>
internal static class Signalling
{
    /// <returns>Null where it was sent, or there was nothing to send it to.</returns>
    public static StandaloneAnswer.Refused? Send(IContainerEngine engine, ContainerId id, int signal)
    {
        try
        {
            engine.Signal(id, signal);
            return null;
        }
        catch (ContainerException refused)
        {
            return new StandaloneAnswer.Refused(refused.Fault, refused.Message);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            return new StandaloneAnswer.Refused(
                ContainerFault.Host, $"signal {signal} could not be sent: {refused.Message}");
        }
    }
}
