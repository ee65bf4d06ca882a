using Swarm.Images;

namespace Swarm.Runtime;

/// <summary>Puts what the host or the image store refused into the words of the engine.</summary>
internal static class HostRefusal
{
    /// <returns>Null for what is no refusal, or is told already.</returns>
    public static ContainerException? Of(Exception refused) => refused switch
    {
        ImageException { Fault: ImageFault.NotFound } image =>
            new ContainerException(ContainerFault.ImageNotFound, image.Message, image),
        ImageException image => new ContainerException(ContainerFault.Invalid, image.Message, image),
        IOException or UnauthorizedAccessException =>
            new ContainerException(ContainerFault.Host, refused.Message, refused),
        _ => null,
    };
}
