using Swarm.Core.Services;

namespace Swarm.Cluster.Hosting;

/// <summary>The answer to a request whose event the journal did not acknowledge.</summary>
/// <remarks>
/// It may be kept all the same: a write that failed for its client, as by a connection that broke, may have been done;
/// and a repetition of the request may wait for the entity to come up again. So it is late, not refused: the client
/// goes on asking with the same id, and learns then what became of it.
/// </remarks>
internal static class Unkept
{
    public static RequestRefused Because(Exception cause) => new(
        $"the journal did not say that it took it: {cause.GetBaseException().Message.TrimEnd('.')}. It may still be "
        + "carried out; the same request again does not do it twice")
    {
        Late = true,
    };
}
