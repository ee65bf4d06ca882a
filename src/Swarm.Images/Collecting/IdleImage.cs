using Swarm.Core;
using Swarm.Core.Images;

namespace Swarm.Images.Collecting;

/// <summary>An image that nothing on this host uses.</summary>
/// <param name="IsFree">Nothing in the cluster counts on it: it has no tag here, and is no copy.</param>
/// <param name="LastUsed">When it came, got a name, or a container was made of it or removed: the last of these.
/// </param>
/// <param name="Size">Bytes of its layers, unpacked, those that it shares with others included.</param>
public sealed record IdleImage(Digest Image, bool IsFree, DateTimeOffset LastUsed, Bytes Size);
